"""All tables: whoever needs every one (migrations, backups) imports this, and none is forgotten."""

from bilim.accounts import models as accounts
from bilim.billing import models as billing
from bilim.catalog import models as catalog
from bilim.centre import models as centre
from bilim.db import outbox_tables as outbox
from bilim.db.base import Base
from bilim.files import models as files
from bilim.homework import models as homework
from bilim.notify import models as notify
from bilim.study import models as study

MODULES = (accounts, catalog, study, centre, homework, billing, notify, files, outbox)
METADATA = Base.metadata
