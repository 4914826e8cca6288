"""Words that say nothing of what a message is about: they are no reason to send it anywhere.

What holds sentences together, courtesy, days and months, and what stands in every mail to a firm.
"""

from routing.words import fold

_IT = """
a ad al allo alla ai agli alle all con col da dal dallo dalla dai dagli dalle di del dello della dei degli delle dell
in nel nello nella nei negli nelle nell su sul sullo sulla sui sugli sulle per tra fra il lo la i gli le l un uno una
e ed o od ma se che chi cui non come dove quando quanto quanti quanta quante quale quali qual perche poi anche ancora
gia piu meno molto molti poco pochi tutto tutti tutta tutte altro altri altra altre stesso stessa questo questa questi
queste quello quella quelli quelle ci vi ne si mi ti lui lei noi voi loro mio mia miei mie nostro nostra nostri nostre
vostro vostra vostri vostre suo sua suoi sue sono sei siamo siete era erano essere stato stata stati state ho ha
abbiamo avete hanno avere avuto fare fatto fa facciamo sapere sapete so sapeva vorrei vorremmo volevo volevamo
vogliamo voglio potete possiamo posso puo possono potrebbe potreste potremmo dovrei dobbiamo deve devono serve servono
servirebbe bisogno cortesemente cortese gentile gentili gentilmente gentilissimi egregio egregi spett spettabile
buongiorno buonasera buona buon salve saluti saluto cordiali cordialmente distinti grazie ringrazio ringraziamo
anticipo attesa riscontro cordialita prego favore piacere inviare inviarmi inviarci inviate mandare mandarmi mandarci
chiedere chiedo chiediamo richiesta richieste domanda domande informazioni informazione info scrivo scriviamo scrivere
mail email pec oggetto allegato allegata allegati oggi domani ieri settimana settimane giorno giorni mese mesi anno
anni ora ore mattina pomeriggio sera dopo prima durante entro circa solo qui li inoltre quindi pero oppure sia cosi
bene ottimo ufficio azienda ditta societa srl spa signor signora signori dott ing presso verso senza sotto sopra ogni
qualche alcuni alcune nessuno nulla niente confermarci confermarmi farci farmi dirci dirmi darci darmi averci
indicarci indicarmi fornirci fornirmi
"""
_EN = """
a an the of to in is are was were be been being am we you i he she it they them us our your my me his her their its
and for that this these those with on at by as from have has had having do does did done not no nor or but if so than
then too very can could would should shall will may might must what how when where which who whom why any some all
each every other another such only same own more most much many few less please thank thanks regards best kind dear
hello hi sir madam looking forward hear know let need needs needed want wanted like get got give send sent sending ask
asking asked question questions request requests information info write writing wrote mail email message attached
attachment attachments today tomorrow yesterday week weeks day days month months year years hour hours morning
afternoon evening after before during within about just also again here there now out up down over under into through
between because while one two three yes ok okay good well new able possible whether company team office inc ltd gmbh
currently already soon find help see make made use used using take tell provide receive received contact advance
inquiry enquiry enquire
"""
_DE = """
der die das den dem des ein eine einen einem einer eines und oder aber ist sind war waren sein wir sie er es ich ihr
uns ihnen ihre ihrem ihren ihrer ihres unser unsere unserem unseren unserer mein meine nicht kein keine mit fur von
vom zu zum zur auf im in am an aus bei beim nach vor uber unter um durch gegen ohne seit bis ob wenn dass da wie was
wer wo wann warum welche welcher welches welchen auch noch nur schon sehr mehr alle alles diese dieser dieses diesen
man haben hat habe hatte hatten werden wird wurde wurden konnen kann konnte konnten mochte mochten wollen will sollte
sollten muss mussen bitte danke dank vielen herzlichen freundliche freundlichen grusse grussen gruss geehrte geehrter
geehrten damen herren herr frau hallo guten tag morgen abend schreiben frage fragen anfrage anfragen auskunft
informationen information senden schicken zusenden ubersenden benotigen brauchen bekommen erhalten voraus anbei anhang
mail email nachricht heute gestern woche wochen tage tagen monat monate jahr jahre stunde stunden uhr firma
unternehmen sowie gerne gern dazu dafur hier dort jetzt dann also etwa bereits zwei drei moglich gmbh
"""
_REST = """
le les une des et est sont nous vous je ne pas avec pour du au aux dans sur qui ce cette etre avez avons pouvez votre
notre bonjour merci cordialement madame monsieur el los las unos y es son nosotros usted yo no con para del por que
hola gracias saludos su nuestro estimado puede tenemos esta como pero gennaio febbraio marzo aprile maggio giugno
luglio agosto settembre ottobre novembre dicembre lunedi martedi mercoledi giovedi venerdi sabato domenica january
february march april may june july august september october november december monday tuesday wednesday thursday friday
saturday sunday januar februar marz mai juni juli oktober dezember montag dienstag mittwoch donnerstag freitag samstag
sonntag re fwd fw aw wg http https www com it de net org tel fax cell mobile iphone android inviato sent gesendet via
cap
"""
STOPWORDS = frozenset(fold(f"{_IT} {_EN} {_DE} {_REST}").split())
SHORTEST = 3


def means_nothing(word: str) -> bool:
    """Whether a folded word is no reason: a filler, a number, a letter or two (but gx4 is one)."""
    return word in STOPWORDS or word.isdecimal() or (len(word) < SHORTEST and not _is_code(word))


def _is_code(word: str) -> bool:
    return any(map(str.isdecimal, word)) and any(map(str.isalpha, word))
