"""What a run leaves in a folder: written (`RunFolder`), read back (`load`) and played again (`replay`).

``manifest``  what was run, by whom, with what result
``tables``    DataFrames as Parquet
``folder``    writing
``reading``   reading
``replaying`` the same run once more, compared column by column
"""

from ecosim.results.folder import RunFolder
from ecosim.results.manifest import SCHEMA_VERSION, Manifest, read_manifest
from ecosim.results.reading import Run, load
from ecosim.results.replaying import Replay, replay

__all__ = ["SCHEMA_VERSION", "Manifest", "Replay", "Run", "RunFolder", "load", "read_manifest", "replay"]
