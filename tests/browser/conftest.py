"""Make the helpers beside the tests, and the report's hand-made run, importable by name."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "explain")]
