"""All tables, for migrations and backups."""

from bilim.accounts import models as accounts
from bilim.billing import models as billing
from bilim.calendar import models as calendar
from bilim.catalog import models as catalog
from bilim.click import models as click
from bilim.community import models as community
from bilim.coupons import models as coupons
from bilim.db import outbox_tables as outbox
from bilim.db.base import Base
from bilim.exams import models as exams
from bilim.files import models as files
from bilim.groups import models as groups
from bilim.homework import models as homework
from bilim.interactive import models as interactive
from bilim.journal import models as journal
from bilim.limits import models as limits
from bilim.live import models as live
from bilim.mock import models as mock
from bilim.notifications import models as notifications
from bilim.notify import models as notify
from bilim.payments import models as payments
from bilim.plans import models as plans
from bilim.practice import models as practice
from bilim.quiz import models as quiz
from bilim.recommendations import models as recommendations
from bilim.rooms import models as rooms
from bilim.sales import models as sales
from bilim.search import models as search
from bilim.speech import models as speech
from bilim.stripe import models as stripe
from bilim.study import models as study
from bilim.tutor import models as tutor

MODULES = (
    accounts,
    search,
    catalog,
    study,
    coupons,
    plans,
    interactive,
    practice,
    recommendations,
    groups,
    journal,
    homework,
    speech,
    tutor,
    billing,
    payments,
    click,
    sales,
    stripe,
    exams,
    mock,
    quiz,
    community,
    rooms,
    notify,
    notifications,
    calendar,
    files,
    limits,
    live,
    outbox,
)
METADATA = Base.metadata
