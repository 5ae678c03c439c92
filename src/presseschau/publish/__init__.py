"""A settled corpus as a dataset folder that people and libraries can read, and that can be checked and shared."""
