"""An import from the request to the database: what was sent is read on a thread of its own, then written in one transaction."""

from codecs import BOM_UTF8
from typing import Any

from bilim.catalog.rules import CourseTerms
from bilim.content.actions.courses import import_content
from bilim.content.actions.report import ImportReport
from bilim.content.inputs import ContentInput, CourseImportInput, ignored_fields
from bilim.files.kinds import StagedFile
from bilim.files.store import Store
from bilim.http.bodies import Malformed, decode_json
from bilim.http.pools import Pools
from bilim.http.work import Units
from bilim.kit.actors import Actor
from bilim.kit.errors import Invalid
from bilim.kit.inputs import value_or
from bilim.kit.validation import read


async def import_sent(units: Units, pools: Pools, store: Store, terms: CourseTerms, actor: Actor, sent: CourseImportInput) -> ImportReport:
    """Import what was sent; see `import_content`. An uploaded file is read and deleted.

    Raises:
        Invalid: naming every row that cannot be imported, or the file where it is no JSON.
    """
    content, ignored = await pools.explaining.run(_read, store, sent)
    report = await units.write(import_content, actor, content, ignored, terms, dry_run=value_or(sent.dry_run, False))
    if isinstance(sent.file, StagedFile):  # that of a refused request is deleted with the refusal
        await pools.files.run(store.delete, sent.file.name)
    return report


def _read(store: Store, sent: CourseImportInput) -> tuple[ContentInput, list[str]]:
    data: Any = _decoded(store, sent.file) if isinstance(sent.file, StagedFile) else {"courses": sent.courses}
    if isinstance(data, list):
        data = {"courses": data}
    return read(ContentInput, data), ignored_fields(data)


def _decoded(store: Store, file: StagedFile) -> Any:
    try:
        return decode_json(store.path(file.name).read_bytes().removeprefix(BOM_UTF8))
    except Malformed as error:
        raise Invalid(file=error.problem) from None
