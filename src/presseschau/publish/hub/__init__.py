"""A folder to the Hub, or to any server that speaks its language at `HF_ENDPOINT`: what differs, then the tag.

Every step can be done again: what the server has is read first, what is there already is not sent, and the tag comes
last, so an interrupted upload leaves no version behind.
"""
