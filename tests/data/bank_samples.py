"""Statements written for tests as Polish banks write them; sums and numbers are reckoned by hand beside them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

#: a fictitious bank whose number passes its own check; the account of an office in it, and one of somebody
OFFICE = "52999000120000000000000017"
OTHER_OFFICE = "79999000120000000000000016"
PAYER = "71102028920000510200000001"
MASK = "999000127001"  #: 8 of the bank and 4 of the payee's code: 12 digits are left
DAY = date(2026, 11, 27)


@dataclass(frozen=True)
class Said:
    """One line of a sample; amounts in grosze."""

    amount_gr: int
    title: str = "OPLATA"
    payer: str = "JAN NOWAK"
    payer_nrb: str = PAYER
    reference: str = ""
    to: str = ""  #: a virtual account named in sub-field 63, as banks of mass payments do


def money(amount_gr: int) -> str:
    """``1700`` -> ``17,00``."""
    zlotys, grosze = divmod(abs(amount_gr), 100)
    return f"{zlotys},{grosze:02d}"


def mt940(
    lines: Sequence[Said], *, account: str = OFFICE, number: str = "228", opening_gr: int = 0,
    closing_gr: int | None = None, day: date = DAY, currency: str = "PLN", sign: str = "~",
) -> str:  # fmt: skip
    closing = opening_gr + sum(line.amount_gr for line in lines) if closing_gr is None else closing_gr
    said = [
        ":20:MT940", f":25:/PL{account}", f":28C:{number}",
        f":60F:{_mark(opening_gr)}{day:%y%m%d}{currency}{money(opening_gr)}",
    ]  # fmt: skip
    for line in lines:
        said.append(
            f":61:{day:%y%m%d}{day:%m%d}{_mark(line.amount_gr)}{money(line.amount_gr)}N152NONREF//{line.reference}"
        )
        said.append(f":86:152{sign}00PRZELEW{sign}20{line.title[:35]}")
        said.extend(f"{sign}{21 + index}{part}" for index, part in enumerate(_pieces(line.title[35:])))
        said.append(f"{sign}30{line.payer_nrb[2:10]}{sign}31{line.payer_nrb}{sign}32{line.payer}")
        if line.to:
            said.append(f"{sign}63RACHUNEK {line.to}")
    said += [f":62F:{_mark(closing)}{day:%y%m%d}{currency}{money(closing)}", "-", ""]
    return "\r\n".join(said)


def _mark(amount_gr: int) -> str:
    return "D" if amount_gr < 0 else "C"


def _pieces(text: str) -> list[str]:
    return [text[start : start + 35] for start in range(0, len(text), 35)]


CAMT = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}"><BkToCstmrStmt>
<GrpHdr><MsgId>1</MsgId><CreDtTm>2026-11-27T20:00:00</CreDtTm></GrpHdr>
<Stmt><Id>WB228</Id><ElctrncSeqNb>228</ElctrncSeqNb><CreDtTm>2026-11-27T20:00:00</CreDtTm>
<Acct><Id><IBAN>PL{account}</IBAN></Id></Acct>
<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="PLN">{opening}</Amt>
<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-11-27</Dt></Dt></Bal>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="PLN">{closing}</Amt>
<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-11-27</Dt></Dt></Bal>
{entries}</Stmt></BkToCstmrStmt></Document>"""


def camt(entries: str, *, opening: str, closing: str, version: str = "02", account: str = OFFICE) -> bytes:
    return CAMT.format(entries=entries, opening=opening, closing=closing, version=version, account=account).encode()


def entry(amount: str, details: str = "", *, side: str = "CRDT", status: str = "BOOK", version: str = "02") -> str:
    told = status if version < "08" else f"<Cd>{status}</Cd>"
    return (
        f'<Ntry><Amt Ccy="PLN">{amount}</Amt><CdtDbtInd>{side}</CdtDbtInd><Sts>{told}</Sts>'
        "<BookgDt><Dt>2026-11-27</Dt></BookgDt><ValDt><Dt>2026-11-26</Dt></ValDt>"
        "<AcctSvcrRef>REF-ENTRY</AcctSvcrRef><BkTxCd><Prtry><Cd>PRZ</Cd></Prtry></BkTxCd>"
        f"<NtryDtls>{details}</NtryDtls></Ntry>"
    )


def payment(reference: str, amount: str, title: str, *, to: str = OFFICE, version: str = "02") -> str:
    name = "<Nm>Anna Żak</Nm>" if version < "08" else "<Pty><Nm>Anna Żak</Nm></Pty>"
    sum_ = f'<Amt Ccy="PLN">{amount}</Amt>'
    told = f"<AmtDtls><TxAmt>{sum_}</TxAmt></AmtDtls>" if version < "04" else f"{sum_}<CdtDbtInd>CRDT</CdtDbtInd>"
    return (
        f"<TxDtls><Refs><AcctSvcrRef>{reference}</AcctSvcrRef></Refs>{told}"
        f"<RltdPties><Dbtr>{name}</Dbtr><DbtrAcct><Id><IBAN>PL{PAYER}</IBAN></Id></DbtrAcct>"
        f"<CdtrAcct><Id><IBAN>PL{to}</IBAN></Id></CdtrAcct></RltdPties>"
        f"<RmtInf><Ustrd>{title}</Ustrd></RmtInf></TxDtls>"
    )


def elixir(
    amount_gr: int, title: str, *, kind: str = "110", to: str = OFFICE, payer: str = PAYER, reference: str = "",
    day: str = "20261127",
) -> str:  # fmt: skip
    return (
        f'{kind},{day},{amount_gr},10202892,0,"{payer}","{to}","ŻANETA ŁĄCKA|ul. Polna 5||","GMINA SKAŁA|||",'
        f'0,99900012,"{title}","","","51","{reference}"\r\n'
    )
