"""Whole files or none: written under a temporary name, synced, then renamed. Knows nothing of runs."""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from ecosim.errors import EcosimError, OutputError

__all__ = [
    "explained",
    "is_temporary",
    "read_text",
    "replacing",
    "sha256",
    "sha256_of",
    "temporary_name",
    "write_bytes",
]

_REASONS = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.EFBIG: "the file would be too large",
    errno.EACCES: "permission denied",
    errno.EPERM: "permission denied",
    errno.EROFS: "the file system is read-only",
    errno.ENOTDIR: "a part of the path is a file, not a folder",
    errno.EISDIR: "there is a folder of that name",
    errno.EEXIST: "there is a file of that name",
    errno.ENAMETOOLONG: "the name is too long",
}


@contextmanager
def explained(path: Path, what: str = "cannot be written") -> Iterator[None]:
    """Turn an OSError within the block into an OutputError that names `path` and the reason."""
    try:
        yield
    except OSError as problem:
        reason = _REASONS.get(problem.errno or 0) or problem.strerror or str(problem) or type(problem).__name__
        raise OutputError(f"{path}: {what}: {reason}") from problem


def temporary_name(path: Path) -> Path:
    """Return the name under which `path` is written before it is whole."""
    return path.with_name(f".{path.name}.part")


def is_temporary(path: Path) -> bool:
    """Whether `path` is the remains of a file that was not finished."""
    return path.name.startswith(".") and path.name.endswith(".part")


@contextmanager
def replacing(path: Path, shared: bool = False) -> Iterator[BinaryIO]:
    """Open a temporary file that becomes `path` when the block ends well, and is removed when it does not.

    shared : another process may be writing the same file: the temporary name is this writer's own, the last one stays

    Raises
    ------
    OutputError
        When the disk is full, the folder may not be written, or anything else of the kind.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part") if shared else temporary_name(path)
    try:
        with explained(path):
            with temporary.open("wb") as handle:
                yield handle
                handle.flush()
                os.fsync(handle.fileno())
            temporary.replace(path)
            _sync_folder(path.parent)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise


def write_bytes(path: Path, content: bytes, shared: bool = False) -> None:
    """Write a whole file or none, as `replacing` does; raises OutputError."""
    with replacing(path, shared) as handle:
        handle.write(content)


def read_text(path: Path, wrong: type[EcosimError], needed: str) -> str:
    """Return the text of a user's file (UTF-8, with or without a byte order mark).

    Parameters
    ----------
    wrong : the error to raise; needed : what kind of file it should be, in words, for who names a folder
    """
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise wrong(f"{path}: no such file") from None
    except IsADirectoryError:
        raise wrong(f"{path}: this is a folder, {needed} is needed") from None
    except PermissionError:
        raise wrong(f"{path}: the file may not be read (permission denied)") from None
    except UnicodeDecodeError as problem:
        raise wrong(f"{path}: not UTF-8 text (byte {problem.start})") from None
    except OSError as problem:
        raise wrong(f"{path}: the file cannot be read ({problem.strerror or problem})") from None


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal digits; raises OutputError when it cannot be read."""
    with explained(path, "cannot be read"), path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def sha256_of(content: bytes) -> str:
    """Return the SHA-256 of bytes, in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def _sync_folder(folder: Path) -> None:
    # A rename is safe from a power cut once its folder is synced; where folders cannot be opened, it has to do without.
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
