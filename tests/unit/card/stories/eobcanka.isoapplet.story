; eObčanka over T=0: each code from not set to blocked, the office and the helpline, and what each code opens.
; The holder's values: PIN 11111, PUK 22222222, QPIN 33333, IOK 4444, DOK 5555. The identification key is 10.

@identified
act office set-identification dok=5555 iok=4444 -> DONE

@all set (identified)
set puk, set pin, set qpin -> 9000

@with keys (all set)
verify pin, make 1, verify qpin, make 2 -> 9000
items -> identification general qualified
list-keys 1=one 2=two, leave, reset

; Not set, set, blocked

## {code: pin | puk | qpin | iok | dok} that is not set says so and spends nothing [EO-08]
= query {code}, verify {code}, wrong {code}, change {code} right right -> 6984
= sign 10 -> 6982

## {code: pin | puk | qpin | iok | dok} blocked says something else (all set) [EO-08]
block {code}
query {code}, verify {code} -> 6983

; BOK, which is not on the chip

## BOK is set at the office, checked with the register and unblocked at the office [EO-06]
status bok, act register check-bok bok=1234 -> NOT_SET / CODE_NOT_SET
act office set-bok bok=123, act office set-bok bok=11111111111, act office set-bok bok=12a4, act office set-bok bok= -> VALUE_REFUSED
act office set-bok bok=1234, act register check-bok bok=1234 -> DONE
act register check-bok bok=9999, act register check-bok bok=1234 -> WRONG_CODE / DONE
act register check-bok bok=9999 *3 -> WRONG_CODE
act register check-bok bok=9999, act register check-bok bok=1234 -> CODE_BLOCKED
act office set-bok bok=1111111111, act register check-bok bok=1111111111 -> DONE
act register check-bok bok=9999 *3 -> WRONG_CODE
act register check-bok bok=9999, act register check-bok bok=1111111111 -> CODE_BLOCKED

## What is said when BOK is used [EO-06]
= ask register check-bok bok=1234 -> refused: the register could not do it: BOK is not set
ask office set-bok bok=1234 -> .*after proof of identity: done
ask register check-bok bok=1234 -> "the card need not be there: done"
ask register check-bok bok=9999 -> refused: .*BOK is wrong; tries left: 2
ask register check-bok bok=9999 -> refused: .*BOK is wrong; tries left: 1
ask register check-bok bok=9999 -> refused: .*BOK is wrong and blocked now
= ask register check-bok bok=1234 -> refused: .*BOK is blocked
ask office set-bok bok=1234 -> .*done

## BOK has nothing to do with the codes of the chip (all set) [EO-06]
act office set-bok bok=1234 -> DONE
act register check-bok bok=9999 *3 -> WRONG_CODE
query pin, query puk, query qpin, query iok, query dok -> 63C3 / 63C5 / 63C3 / 63C3 / 63CA
block pin, block puk, block qpin, block iok, block dok -> 63C0
act office set-bok bok=1234, act register check-bok bok=1234 -> DONE

; DOK and IOK

## The office sets DOK and IOK together and never one alone [EO-09]
= ask office set-identification dok=5555, ask office set-identification iok=4444, ask office set-identification -> "needs the values of these codes: dok, iok"
act office set-identification dok=5555 iok=44 -> VALUE_REFUSED    ; then DOK is not set either
query dok, query iok -> 6984
ask office set-identification dok=5555 iok=4444 -> the office sets DOK and IOK together, after proof of identity: done
verify dok, verify iok -> 9000

## No command sets DOK and none sets IOK first [EO-09]
= reset-code dok 5555 4444, reset-code iok 5555 4444 -> 6985
= change dok "" 4444, change iok "" 4444 -> 6984

## The office may set them any time later [EO-09]
off-and-on, isoapplet, off-and-on, isoapplet, off-and-on, isoapplet
verify iok -> 6984
act office set-identification dok=5555 iok=4444, act office set-identification dok=6666 iok=7777 -> DONE
verify dok, verify iok -> 63C9 / 63C2
verify dok 6666, verify iok 7777 -> 9000

## DOK is changed with DOK and IOK with IOK (identified) [EO-11]
change dok 4444 6666, change iok 5555 7777 -> 63C9 / 63C2
change dok 5555 6666, change iok 4444 7777 -> 9000
verify dok, verify iok -> 63C9 / 63C2
verify dok 6666, verify iok 7777 -> 9000

## The tenth wrong DOK blocks IOK with it: {way: wrong dok | change dok 000000000 6666 | set iok by=000000000} (identified) [EO-12]
{way} *9
verify iok -> 9000
{way} -> 63C0
query iok, verify iok, set iok -> 6983
sign 10 -> 6982         ; although IOK had been given

## IOK blocks nothing else (identified) [EO-12]
block iok
query iok, query dok -> 6983 / 63CA

## A blocked DOK is unblocked at the office only, with a new pair, as often as one likes (identified) [EO-13]
= act office unblock dok=5555 iok=4444 -> ACT_NOT_ALLOWED     ; it is not blocked
= ask office unblock dok=6666 iok=7777 -> "DOK: set"
block dok
= change dok 5555 6666, set iok -> 6983
= reset-code dok 4444 6666 -> 6985
= act office set-identification dok=5555 iok=4444 -> ACT_NOT_ALLOWED
ask office unblock dok=6661 iok=7771 -> (?!.*sets DOK and IOK).*done
tries dok iok, verify dok 6661, verify iok 7771 -> 10 3 / 9000 / 9000
block dok, act office unblock dok=6662 iok=7772, tries dok iok -> 63C0 / DONE / 10 3
verify dok 6662, verify iok 7772 -> 9000
= act office unblock dok=5555 iok=4444 -> ACT_NOT_ALLOWED
block dok, act office unblock dok=6663 iok=7773, tries dok iok -> 63C0 / DONE / 10 3
verify dok 6663, verify iok 7773 -> 9000

## A blocked IOK alone is no case for the office's unblocking (identified) [EO-13]
block iok
act office unblock dok=5555 iok=4444, set iok -> ACT_NOT_ALLOWED / 9000

; PUK, PIN and QPIN

## IOK sets PUK once only (identified) [EO-15]
set puk by=9999, query puk -> 63C2 / 6984
set puk, tries iok puk -> 9000 / 3 5
= set puk 99999999, set puk 99999999 by=9999 -> 6985
change puk 22222222 88888888 -> 9000
= set puk 99999999, set puk 99999999 by=9999 -> 6985
block dok, act office unblock dok=5555 iok=4444 -> 63C0 / DONE
= set puk 99999999, set puk 99999999 by=9999 -> 6985       ; nor does a new pair bring the right back
verify puk 88888888 -> 9000

## A blocked IOK sets no PUK (identified) [EO-15]
set puk by=9999 *4 -> 63C2 / 63C1 / 63C0 / 6983
set puk, set iok, set puk -> 6983 / 9000 / 9000

## IOK then serves identification alone, and does not set {code: pin | qpin} (all set) [EO-15]
set {code} 77777 by=4444, verify puk -> 63C4 / 9000     ; taken for a wrong PUK
verify iok, make 1 -> 9000 / 6982
select 3F0050154402, 00D60000021234 -> 9000 / 6982
sign 10 -> 9000

## PUK comes after DOK and IOK [EO-16]
= set puk -> 6984
act office set-identification dok=5555 iok=4444, set puk -> DONE / 9000

## A blocked PUK is blocked for good and a forgotten one never set anew (all set) [EO-17]
set puk 99999999 -> 6985       ; forgotten
block puk
= verify puk, change puk 22222222 99999999 -> 6983
= set puk 99999999 by=11111, set puk 99999999 by=22222222, set puk 99999999 by=33333, set puk 99999999 by=4444, set puk 99999999 by=5555 -> 6985
= ask office unblock-puk -> refused: the office can't do that. A blocked PUK can never be unblocked.*\[EO-17\]
act office set-identification dok=6666 iok=7777, off-and-on
query puk -> 6983

## PUK is changed with PUK (all set) [EO-18]
change puk 000000000 88888888, change puk 22222222 88888888 -> 63C4 / 9000
verify puk, verify puk 88888888, set pin by=88888888 -> 63C4 / 9000 / 9000

## PUK sets {code: pin | qpin} once it is set itself (identified) [EO-19]
set {code} -> 6984             ; PUK is not set yet
set puk, set {code} by=000000000, query {code} -> 9000 / 63C4 / 6984

## With PUK blocked PIN and QPIN work while known but are never set again (with keys) [EO-20]
block puk, reset
verify pin, sign 1, verify qpin, sign 2, change pin 11111 99999 -> 9000
= set pin 77777, set qpin 77777 -> 6983
block pin, block qpin
set pin 77777, query pin, set qpin 77777, query qpin -> 6983

## With PUK blocked, {code: pin | qpin} that was not set is never set (identified) [EO-20]
set puk, block puk
set {code}, query {code} -> 6983 / 6984

; What the codes open

## Without PIN nothing is made, written, deleted or used (with keys) [EO-22]
verify puk, verify qpin, verify iok, verify dok -> 9000
= make 3, import 3, sign 1 -> 6982
= select 3F0050154402, 00D60000021234 -> 9000 / 6982
= select 3F005015, 00E00000176F15800200108201018302310186 08FF90909090909000 -> 9000 / 6982
= select 3F005015, 00E40000024402 -> 9000 / 6982

## PIN allows to make, write and delete keys and certificates and to use keys (all set) [EO-22]
verify pin, make 1, import 2 -> 9000
list-keys 1=one 2=two
select 3F005015, 00E00000176F15800200108201018302310186 08FF90909090909000, 00D6000003C0FFEE -> 9000
list-certificates one, leave
items, paired -> identification general general / yes yes no
sign 1, sign 2, sign 1, sign 2 -> 9000
list-keys, list-certificates
select 3F005015, 00E40000023101, items, sign 1 -> 9000 / 9000 / identification / 6A88

## PIN does not open a qualified key or the identification key (with keys) [EO-22]
verify pin, verify dok -> 9000
sign 2, sign 10 -> 6982

## QPIN is asked for before each single qualified signature (with keys) [EO-23]
verify pin, sign 2 -> 9000 / 6982
verify qpin, query qpin, sign 2, query qpin, sign 2 -> 9000 / 9000 / 9000 / 63C3 / 6982
verify qpin, query qpin, sign 2, query qpin, sign 2 -> 9000 / 9000 / 9000 / 63C3 / 6982
verify qpin, query qpin, sign 2, query qpin, sign 2 -> 9000 / 9000 / 9000 / 63C3 / 6982

## A QPIN given does not outlive its session, ended by {end: isoapplet | manage | reset | wrong qpin} (with keys) [EO-23]
verify qpin -> 9000
{end}, isoapplet, sign 2 -> .* / 61.. / 6982

; The helpline

## The helpline blocks identification for good (all set) [EO-27 EO-28]
verify iok -> 9000
ask helpline block-identification -> the helpline blocks the identification function for good.*
== verify iok, verify dok, query iok, query dok, set iok, change dok 5555 6666 -> 6983
== sign 10 -> 6982
== act office set-identification dok=5555 iok=4444, act office unblock dok=5555 iok=4444, act helpline block-identification -> PART_LOST
== ask office set-identification dok=6666 iok=7777, ask office unblock dok=6666 iok=7777 -> "lost for good; a new card is needed"
== ask helpline unblock-identification -> "can never be activated again"
== ask helpline block-identification -> "lost for good"

## The helpline leaves signing as it was (with keys) [EO-27]
wrong puk, wrong pin, tries puk pin qpin, status puk -> 63C4 / 63C2 / 4 2 3 / SET
act helpline block-identification -> DONE
tries puk pin qpin, status puk, status pin, status qpin -> 4 2 3 / SET / SET / SET
verify pin, sign 1, verify qpin, sign 2, set pin 99999 -> 9000
act office set-bok bok=1234 -> DONE

## The helpline may block identification that was never set up [EO-27]
act helpline block-identification -> DONE
query iok, query dok -> 6983
act office set-identification dok=5555 iok=4444, set puk, query puk -> PART_LOST / 6983 / 6984

## A lost part is shown as such (all set) [EO-27]
shown-lost, act helpline block-identification, shown-lost -> nothing / DONE / identification
