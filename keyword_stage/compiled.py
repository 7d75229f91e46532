"""Compiles loops over bytes and numbers with Numba; kept on disk where there is room for it."""

import contextlib
import logging
import pickle
from collections.abc import Callable, Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, cast

import numba
from numba.core.caching import CompileResultCacheImpl
from numba.core.serialize import dumps

from domain.whole_files import write_whole

P = ParamSpec("P")
R = TypeVar("R")
_LOG = logging.getLogger("secondglance")
_DIGEST = sha256().digest_size


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Compiles a function for the types that it is called with, when it is first called with them.

    The machine code is kept beside the source or in the user's cache (`NUMBA_CACHE_DIR` names another folder), so that
    later processes load it in milliseconds; where neither can be written each process compiles it, in seconds. It keeps
    the interpreter's lock: a loop takes microseconds, and threads that give it away as often wait for each other
    (`docs/decisions/0047-threads-that-wait-for-each-other.md`).
    """
    loop = numba.njit(function)
    with contextlib.suppress(RuntimeError):  # no folder can be written
        # As `enable_caching` of Numba's dispatcher sets a cache of its own.
        loop._cache = _Kept(function, loop.targetoptions)
    return cast("Callable[P, R]", loop)


class _Kept:
    """The machine code of a function on disk, a file for each signature; a dispatcher of Numba takes it for its cache.

    Numba's own files are unpickled and given to LLVM as they are. What a full disk or a fall of the machine leaves of
    one raises whatever a pickle can raise, and ends or misleads the process where it is the code that is damaged. So
    these begin with the digest of the rest, and what is not whole is compiled anew. Where they are, and what is written
    of a function and made of it again, is Numba's.

    Args:
        function: The function.
        options: How it is compiled.

    Raises:
        RuntimeError: If there is no folder that can be written.
    """

    def __init__(self, function: Callable[..., Any], options: Mapping[str, Any]) -> None:
        self._form = CompileResultCacheImpl(function)
        self._stamp: object = (self._form.locator.get_source_stamp(), sorted(options.items()))
        self._folder = Path(self._form.locator.get_cache_path())

    @property
    def cache_path(self) -> str:
        """The folder."""
        return str(self._folder)

    def load_overload(self, signature: Any, target: Any) -> Any:
        """The code for a signature; None if there is none that is whole and of this source."""
        target.refresh()
        machine = target.codegen().magic_tuple()
        try:
            content = self._path(signature, machine).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            _tell_unkept(self._folder, error.strerror)
            return None
        if sha256(content[_DIGEST:]).digest() != content[:_DIGEST]:
            _tell_damaged(self._folder)
            return None
        if content[_DIGEST : 2 * _DIGEST] != self._about(signature, machine):
            return None
        return self._form.rebuild(target, pickle.loads(content[2 * _DIGEST :]))  # noqa: S301  whole, and our own

    def save_overload(self, signature: Any, result: Any) -> None:
        """Writes the code for a signature, whole or not at all."""
        if not self._form.check_cachable(result):
            return
        machine = result.codegen.magic_tuple()
        rest = self._about(signature, machine) + dumps(self._form.reduce(result))
        try:
            self._form.locator.ensure_cache_path()
            write_whole(self._path(signature, machine), sha256(rest).digest() + rest)
        except OSError as error:
            _tell_unkept(self._folder, error.strerror)

    def flush(self) -> None:
        """Forgets what is kept."""
        for path in self._folder.glob(f"{self._form.filename_base}.*.nbc"):
            path.unlink()

    def _path(self, signature: Any, machine: tuple[str, ...]) -> Path:
        """Where code for a signature is kept: in place of what was made of an older source."""
        name = sha256(repr((signature, machine)).encode()).hexdigest()[:16]
        return self._folder / f"{self._form.filename_base}.{name}.nbc"

    def _about(self, signature: Any, machine: tuple[str, ...]) -> bytes:
        """What code was made of, and what made it."""
        return sha256(repr((numba.__version__, self._stamp, signature, machine)).encode()).digest()


@cache
def _tell_damaged(folder: Path) -> None:
    """Says it once, of all loops."""
    _LOG.warning("compiled loops in %s were damaged, and are compiled anew", folder)


@cache
def _tell_unkept(folder: Path, why: str | None) -> None:
    _LOG.warning("compiled loops in %s cannot be read or kept (%s), and are compiled anew", folder, why)
