"""How many CPUs this process may use: a container's quota counts, which `os.cpu_count` does not see."""

import math
import os
from pathlib import Path

_CGROUP = Path("/sys/fs/cgroup")


def usable_cpus(cgroup: Path = _CGROUP) -> int:
    """CPUs by affinity and by the cgroup's quota (version 2 or 1), whichever is less; at least 1."""
    affinity = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    quota = _quota(cgroup)
    return max(1, affinity if quota is None else min(affinity, math.ceil(quota)))


def _quota(cgroup: Path) -> float | None:
    if (cgroup / "cpu.max").is_file():
        quota, period = (cgroup / "cpu.max").read_text("ascii").split()
        return None if quota == "max" else int(quota) / int(period)
    version_1 = cgroup / "cpu"
    if (version_1 / "cpu.cfs_quota_us").is_file():
        micros = int((version_1 / "cpu.cfs_quota_us").read_text("ascii"))
        return None if micros < 0 else micros / int((version_1 / "cpu.cfs_period_us").read_text("ascii"))
    return None
