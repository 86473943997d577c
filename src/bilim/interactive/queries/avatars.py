"""The avatars: a small set that this program brings along, as data of its own (`avatars.toml`)."""

import tomllib
from importlib.resources import files

import msgspec
from msgspec import Struct

from bilim.db.engine import Tx
from bilim.kit.access import internal, signed_in
from bilim.kit.actors import Actor
from bilim.kit.errors import NotFound
from bilim.kit.paging import Page, RowStream


class AvatarView(Struct, frozen=True):
    """An avatar and how it speaks."""

    id: int
    avatar_type: str
    """The name by which a front end chooses it: `default` and others."""
    name: str
    description: str
    language: str
    """A BCP 47 tag."""
    voice: str
    speed: int
    """Words a minute."""
    greeting: str
    image_url: str


def _read() -> list[AvatarView]:
    data = tomllib.loads(files("bilim.interactive").joinpath("avatars.toml").read_text("utf8"))
    return msgspec.convert(data["avatars"], list[AvatarView])


_AVATARS = _read()
_BY_NAME = {name: each for each in _AVATARS for name in (str(each.id), each.avatar_type)}


@signed_in
def avatars(_tx: Tx, _actor: Actor, page: Page) -> RowStream[AvatarView]:
    """The avatars, by id."""
    end = None if page.limit is None else page.skip + page.limit
    return RowStream(iter([_AVATARS[page.skip : end]]), len(_AVATARS), page)


@signed_in
def avatar(_tx: Tx, _actor: Actor, name: str) -> AvatarView:
    """One avatar, by its id or its `avatar_type`.

    Raises:
        NotFound: no such avatar.
    """
    found = _BY_NAME.get(name)
    if found is None:
        raise NotFound
    return found


@internal
def is_avatar(avatar_id: int) -> bool:
    """Whether there is an avatar of an id."""
    return str(avatar_id) in _BY_NAME


@internal
def avatar_of(avatar_id: int) -> AvatarView:
    """An avatar that is stored with something; avatars are never taken away."""
    return _BY_NAME[str(avatar_id)]


@internal
def avatar_named(name: str) -> AvatarView | None:
    """An avatar by its id or its `avatar_type`, or None."""
    return _BY_NAME.get(name)
