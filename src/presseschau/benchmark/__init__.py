"""Classifiers compared on the splits of a published dataset, or on any labelled file.

Train on train, tune on validation, report on every test split side by side.
"""
