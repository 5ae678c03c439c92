"""The tools that annotators work with: tasks out, answers in."""
