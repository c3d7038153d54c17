"""xinqu: statistics, monitoring, evaluation and coordination of state-level new areas (Guo Ban Fa [2019] 58)."""

__version__ = "0.1.0"
