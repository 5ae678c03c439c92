"""Who reserves text and data mining, and what has to stay out: § 44b UrhG, TDMRep, robots directives, takedowns."""

from presseschau.rights.reservation import Reservation, reservation
from presseschau.rights.snapshots import MINING_ROBOTS, RobotsTxt, Snapshots, TdmRep
from presseschau.rights.takedown import Takedown

__all__ = ["MINING_ROBOTS", "Reservation", "RobotsTxt", "Snapshots", "Takedown", "TdmRep", "reservation"]
