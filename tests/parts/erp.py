"""Lists of customers as the programs of Italian and foreign firms export them."""

from collections.abc import Sequence

# Valid numbers of nobody: seven digits, the office of Vicenza, the check digit.
VATS = ("00000010249", "00000020248", "00000030247", "00000040246")
# A title above the headings, separator ;, cp1252, a name with quotes, an address on two lines, customers abroad as EE.
ITALIAN = (
    "Elenco clienti al 24/11/2026;;;;;;;;\r\n"
    "Cod. Cliente;Ragione Sociale;P. IVA;Indirizzo;Prov.;Nazione;E-mail;PEC;Agente\r\n"
    f'="00012";"Officine ""Perù"" S.r.l.";{VATS[0]};"Via Roma 1\r\n36015 Schio";VI;ITALIA;info@peru.test;peru@pec.it;Neri Marco\r\n'
    f"00013;Società Caffè S.p.A.;IT {VATS[1]};Via Po 2;Torino;IT;;;MARCO@FIRM.TEST\r\n"
    "00014;Weber GmbH;DE129273398;Hauptstr. 1;EE;Germania;weber@kunde.test;;\r\n"
).encode("cp1252")
# UTF-8 with a mark, separator ,, English headings, columns that mean nothing here, a formula in a name.
ENGLISH = (
    "\ufeffCustomer Number,Company Name,VAT Number,Website,Country,Sales Rep,Credit Limit\n"
    'C-1,"=HYPERLINK(""http://x.test"",""Acme"")",GB980780684,https://www.acme.test/about,United Kingdom,Marco Neri,5000\n'
    'C-2,"Beta, Inc.",,beta.test,USA,,100\n'
).encode()
# UTF-16 with tabs, as "Unicode text" of Excel, German.
GERMAN = (
    "Firma\tUSt-IdNr.\tKundennummer\tE-Mail\tLand\r\n"
    "Müller & Söhne\tATU13585627\t77\tkontakt@mueller.test; einkauf@mueller.test\tÖsterreich\r\n"
).encode("utf-16")


def lines(heads: str, *rows: Sequence[str]) -> bytes:
    """A plain file: headings separated by ;, a row of cells each."""
    return "\n".join([heads, *(";".join(row) for row in rows)]).encode()
