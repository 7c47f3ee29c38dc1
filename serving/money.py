"""How amounts are shown: to the minor unit of their currency, as ISO 4217 has it.

Marts never round money; whoever shows it rounds the sum, once.
"""

from decimal import ROUND_HALF_UP, Decimal

import duckdb

# Currencies whose smallest unit is not the hundredth, by digits after the point.
MINOR_DIGITS = {
    code: digits
    for digits, codes in {
        0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
        3: "BHD IQD JOD KWD LYD OMR TND",
        4: "CLF UYW",
    }.items()
    for code in codes.split()
}


def minor_digits(currency: str | None) -> int:
    """Digits after the point; of a currency that nobody names, two."""
    return MINOR_DIGITS.get(currency or "", 2)


def shown(amount: Decimal | str, currency: str | None) -> str:
    """An amount with its currency, thousands apart, rounded half away from zero."""
    unit = Decimal(1).scaleb(-minor_digits(currency))
    # Added to nothing, what rounds to nothing has no sign.
    rounded = Decimal(amount).quantize(unit, ROUND_HALF_UP) + 0
    return f"{rounded:,f} {currency or ''}".strip()


def marts_currency(marts: duckdb.DuckDBPyConnection) -> str | None:
    """The currency of all amounts of the published marts; None where none is named."""
    (found,) = marts.execute("select max(currency) from fct_conversions").fetchall()
    currency: str | None = found[0]
    return currency
