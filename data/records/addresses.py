"""What PRG says beyond the records of addresses themselves."""

from data.records import AddressRecord, LocalityRecord, StreetRecord
from data.records.candidates import Candidate

type AddressingRecord = LocalityRecord | StreetRecord | AddressRecord
type AddressingCandidate = Candidate[AddressingRecord]
