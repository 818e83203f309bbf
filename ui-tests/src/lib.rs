//! Nothing: the tests are in `tests/`.

// A dependency of the library and not of its tests: only so does a feature of this crate reach the programs.
use actor as _;
