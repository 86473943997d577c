"""All tables: whoever needs every one (migrations, backups) imports this, and none is forgotten."""

from bilim.accounts import models as accounts
from bilim.catalog import models as catalog
from bilim.db.base import Base
from bilim.study import models as study

MODULES = (accounts, catalog, study)
METADATA = Base.metadata
