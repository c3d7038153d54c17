"""Money: integer fen in ledgers, 万元 in forms, 亿元 on display."""

from decimal import Decimal

FEN_PER_YUAN = 100
YUAN_PER_WAN = 10_000
WAN_PER_YI = 10_000
YI_PER_BILLION = 10


def wan_yuan_to_fen(amount_wan_yuan: Decimal) -> int:
    """Return whole fen; raises ValueError when the amount is not a whole number of fen."""
    fen = amount_wan_yuan * YUAN_PER_WAN * FEN_PER_YUAN
    if fen != fen.to_integral_value():
        raise ValueError(f"{amount_wan_yuan} 万元 is not a whole number of fen")
    return int(fen)


def fen_to_wan_yuan(amount_fen: int) -> Decimal:
    """Return the exact amount in 万元."""
    return Decimal(amount_fen) / (YUAN_PER_WAN * FEN_PER_YUAN)
