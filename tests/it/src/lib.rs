//! Scenarios over all functions in one process; they live in `tests/it`.
