"""The routes of all slices: what the server answers to."""

from typing import Any

from bilim.accounts import api_admin, api_centre, api_learning, api_market
from bilim.billing import api_centre as billing_centre
from bilim.calendar import api_learning as calendar
from bilim.catalog import api_admin as catalog_admin
from bilim.catalog import api_learning as catalog_learning
from bilim.catalog import api_market as catalog_market
from bilim.centre import api_centre as centre
from bilim.click import api as click
from bilim.community import api_learning as community
from bilim.content import api_learning as content
from bilim.coupons import api_market as coupons
from bilim.exams import api_centre as exams
from bilim.groups import api_centre as groups_centre
from bilim.homework import api_centre as homework
from bilim.homework import api_learning as homework_learning
from bilim.http import files, openapi
from bilim.interactive import api_admin as interactive_admin
from bilim.interactive import api_learning as interactive_learning
from bilim.journal import api_centre as journal_centre
from bilim.market import api_market as market
from bilim.mock import api_centre as mock
from bilim.notifications import api_learning as notifications
from bilim.notify import api_centre as notify_centre
from bilim.notify import api_telegram
from bilim.ops import api as ops
from bilim.ops import api_admin as ops_admin
from bilim.payme import api as payme
from bilim.payments import api_learning as payments_learning
from bilim.payments import api_market as payments
from bilim.plans import api_learning as plans
from bilim.practice import api_learning as practice
from bilim.publishing import api_market as publishing
from bilim.quiz import api_admin as quiz_admin
from bilim.quiz import api_learning as quiz_learning
from bilim.recommendations import api_learning as recommendations
from bilim.rooms import api_learning as rooms
from bilim.sales import api_market as sales
from bilim.speech import api_learning as speech
from bilim.statistics import api_learning as statistics
from bilim.stripe import api_learning as stripe_learning
from bilim.study import api_learning as study_learning
from bilim.study import api_market as study_market
from bilim.tutor import api_admin as tutor_admin
from bilim.tutor import api_learning as tutor
from bilim.writing import api_learning as writing

ROUTES: list[Any] = [
    *api_learning.ROUTES,
    *api_admin.ROUTES,
    *api_centre.ROUTES,
    *api_market.ROUTES,
    *catalog_learning.ROUTES,
    *catalog_admin.ROUTES,
    *catalog_market.ROUTES,
    *content.ROUTES,
    *study_learning.ROUTES,
    *study_market.ROUTES,
    *coupons.ROUTES,
    *plans.ROUTES,
    *interactive_learning.ROUTES,
    *interactive_admin.ROUTES,
    *practice.ROUTES,
    *recommendations.ROUTES,
    *market.ROUTES,
    *statistics.ROUTES,
    *groups_centre.ROUTES,
    *journal_centre.ROUTES,
    *centre.ROUTES,
    *homework.ROUTES,
    *homework_learning.ROUTES,
    *speech.ROUTES,
    *writing.ROUTES,
    *tutor.ROUTES,
    *tutor_admin.ROUTES,
    *mock.ROUTES,
    *quiz_learning.ROUTES,
    *quiz_admin.ROUTES,
    *billing_centre.ROUTES,
    *payments.ROUTES,
    *payments_learning.ROUTES,
    *payme.ROUTES,
    *click.ROUTES,
    *publishing.ROUTES,
    *sales.ROUTES,
    *stripe_learning.ROUTES,
    *exams.ROUTES,
    *community.ROUTES,
    *rooms.ROUTES,
    *notifications.ROUTES,
    *calendar.ROUTES,
    *notify_centre.ROUTES,
    *api_telegram.ROUTES,
    *ops_admin.ROUTES,
    *ops.ROUTES,
    *openapi.ROUTES,
    *files.ROUTES,
]
