"""What is kept is made once, or several times at once without harm: two servers start on an empty folder."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from spatial.ogc.drawing import Hatch, Look
from tiles.pictures.patterns import pattern_file

LOOK = Look(fill="#c4c4ce", hatch=Hatch.FALLING)
AT_ONCE = 8


def test_a_pattern_made_by_many_at_once_is_whole(tmp_path):
    """``make fuzz`` found it, seed 3: processes of one server gave their drafts the same name."""
    for attempt in range(20):
        folder, ready = tmp_path / str(attempt), Barrier(AT_ONCE)

        def made(_: int, folder=folder, ready=ready) -> bytes:
            ready.wait()
            return pattern_file(LOOK, folder).read_bytes()

        with ThreadPoolExecutor(AT_ONCE) as pool:
            bodies = set(pool.map(made, range(AT_ONCE)))
        assert len(bodies) == 1
        assert [path.name for path in folder.iterdir()] == ["c4c4ce-1.00-falling.png"]
