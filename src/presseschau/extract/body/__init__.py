"""The article among the blocks of a parsed page: one walk, features, a learnt forest, the choice."""
