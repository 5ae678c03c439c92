"""Who reserves text and data mining, and what has to stay out: § 44b UrhG, TDMRep, robots directives, takedowns."""

from presseschau.rights.reservation import Reservation, reservation
from presseschau.rights.snapshots import RobotsTxt, Snapshots, TdmRep
from presseschau.rights.takedown import Takedown

__all__ = ["Reservation", "RobotsTxt", "Snapshots", "Takedown", "TdmRep", "reservation"]
