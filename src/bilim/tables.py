"""All tables, for migrations and backups."""

from bilim.accounts import models as accounts
from bilim.billing import models as billing
from bilim.catalog import models as catalog
from bilim.community import models as community
from bilim.db import outbox_tables as outbox
from bilim.db.base import Base
from bilim.exams import models as exams
from bilim.files import models as files
from bilim.groups import models as groups
from bilim.homework import models as homework
from bilim.journal import models as journal
from bilim.limits import models as limits
from bilim.mock import models as mock
from bilim.notifications import models as notifications
from bilim.notify import models as notify
from bilim.payments import models as payments
from bilim.plans import models as plans
from bilim.practice import models as practice
from bilim.quiz import models as quiz
from bilim.recommendations import models as recommendations
from bilim.speech import models as speech
from bilim.stripe import models as stripe
from bilim.study import models as study
from bilim.tutor import models as tutor

MODULES = (
    accounts,
    catalog,
    study,
    plans,
    tutor,
    practice,
    recommendations,
    groups,
    journal,
    homework,
    speech,
    billing,
    payments,
    stripe,
    exams,
    mock,
    quiz,
    community,
    notify,
    notifications,
    files,
    limits,
    outbox,
)
METADATA = Base.metadata
