"""The parts of the running application, which handlers get by the annotations of their parameters."""

from collections.abc import Callable, Mapping
from typing import Any, get_type_hints

from litestar import Request
from msgspec import Struct

from bilim.db.engine import Database, Tx
from bilim.files.store import Store
from bilim.http.pools import Pools
from bilim.http.signing import Signer
from bilim.http.temporary_files import TemporaryFiles
from bilim.kit.actors import Actor
from bilim.settings import Settings

Http = Request[Any, Any, Any]
"""A request, for the few places that see one."""

Claims = Any
ReadToken = Callable[[str], Claims]
"""A bearer token's claims; raises Unauthenticated where it is forged, expired or of another kind."""
LoadActor = Callable[[Tx, Claims], Actor]
"""The person behind claims as they are now; raises Unauthenticated where the session ended or the account closed."""


class CoreServices(Struct, frozen=True, kw_only=True):
    """The parts that every request needs. The composition root adds the slices' own parts in a subclass."""

    settings: Settings
    db: Database
    pools: Pools
    temporary_files: TemporaryFiles
    store: Store
    signer: Signer
    read_token: ReadToken
    load_actor: Mapping[type[Actor], LoadActor]
    """By the annotation of a handler's actor: the plain one, or one that loads the account in the same query."""

    def close(self) -> None:
        """Wait for running work, then close the connections."""
        self.pools.close()
        self.db.close()


def supplies(services: CoreServices) -> dict[Any, Any]:
    """The services by the annotation that names them."""
    return {hint: getattr(services, name) for name, hint in get_type_hints(type(services)).items()}
