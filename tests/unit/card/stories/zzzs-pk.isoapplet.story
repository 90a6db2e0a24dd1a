; ZZZS-PK over T=0: two parts that are lost one by one, and a card that takes nothing in.
; PEP's PIN 1234 and PUK 87654321 come by post, and KPEP's transport PIN 12345678; KPEP's PIN becomes 654321.
; The keys are 10 (PEP's, RSA: algorithm 11) and 11 (KPEP's).

@with KPEP
set kpep-pin -> 9000

@everything given (with KPEP)
verify pep-pin, verify pep-puk, verify kpep-pin -> 9000

; PEP

## PEP's PIN blocked no longer signs although it had been given: {way: wrong pep-pin | change pep-pin 0000 4321} [PK-01]
verify pep-pin, {way} *3
query pep-pin, sign 10 11 -> 6983 / 6982

## PEP's PIN is changed with the old one and never while it is blocked [PK-02]
change pep-pin 0000 4321, change pep-pin 1234 4321, verify pep-pin, verify pep-pin 4321 -> 63C2 / 9000 / 63C2 / 9000
block pep-pin
= change pep-pin 4321 1111 -> 6983
set pep-pin 1111, change pep-pin 1111 2222 -> 9000

## PEP's PIN signs again once it was unblocked and given [PK-03]
block pep-pin
set pep-pin 4321, sign 10 11 -> 9000 / 6982        ; set, and not given
verify pep-pin 4321, sign 10 11 -> 9000

## PUK has eight digits and is not changed [PK-03]
set pep-pin by=8765432, verify pep-puk, set pep-pin by=876543210, verify pep-puk -> 63C4 / 9000 / 63C4 / 9000
= change pep-puk 87654321 11111111 -> 6985
reset-code pep-puk 12345678 11111111 -> 6985

## Five wrong PUKs lock PEP for good: {first: verify | block} pep-pin, {way: set pep-pin by=00000000 | wrong pep-puk} [PK-04]
{first} pep-pin
{way} *5 -> 63C4 / 63C3 / 63C2 / 63C1 / 63C0
== query pep-pin, query pep-puk, verify pep-pin, verify pep-puk, change pep-pin 1234 4321, set pep-pin -> 6983
== sign 10 11 -> 6982          ; although its PIN had been given
shown-lost -> pep

## The rest of the card goes on without PEP [PK-04 PK-13]
wrong tpin, block pep-puk, query tpin -> 63C2 / 63C0 / 63C2
set kpep-pin, verify kpep-pin, sign 11 11, change kpep-pin 654321 111111 -> 9000
read 3F0050204301, read 3F0050204302 -> 3082.*         ; certificates can be read still, PEP's too

; KPEP

## KPEP is on the card locked [PK-05]
items, origins, paired -> pep kpep / FACTORY FACTORY / yes yes
query kpep-pin -> 6984
= verify kpep-pin 654321, verify kpep-pin 12345678, verify kpep-pin 1234, verify kpep-pin "" -> 6984
= change kpep-pin 654321 654321, change kpep-pin 12345678 654321, change kpep-pin 1234 654321, change kpep-pin "" 654321 -> 6984
verify pep-pin, verify pep-puk, verify tpin, sign 11 11 -> 9000 / 9000 / 9000 / 6982

## The transport PIN has eight digits and is not changed [PK-05]
set kpep-pin by=1234567, verify tpin, set kpep-pin by=123456789, verify tpin -> 63C2 / 9000 / 63C2 / 9000
= change tpin 12345678 11111111 -> 6985
reset-code tpin 87654321 11111111 -> 6985

## KPEP's PIN is set with the transport PIN once only [PK-06]
set kpep-pin by=00000000, query kpep-pin, set kpep-pin -> 63C2 / 6984 / 9000
= set kpep-pin 111111, set kpep-pin 111111 by=00000000, query tpin, verify tpin -> 6985 / 6985 / 6984 / 6984
change kpep-pin 654321 222222 -> 9000
off-and-on
= set kpep-pin 111111, set kpep-pin 111111 by=00000000, query tpin, verify tpin -> 6985 / 6985 / 6984 / 6984
verify kpep-pin 222222 -> 9000

## A forgotten PIN of KPEP is set by nothing (with KPEP) [PK-07]
= set kpep-pin 111111 by=1234, set kpep-pin 111111 by=87654321, set kpep-pin 111111 by=12345678, set kpep-pin 111111 by=654321 -> 6985

## KPEP is lost with its PIN blocked: {way: wrong kpep-pin | change kpep-pin 000000 111111} (with KPEP) [PK-07]
verify kpep-pin, {way} *3 -> 9000 / 63C2 / 63C1 / 63C0
== query kpep-pin, query tpin, verify kpep-pin, verify tpin, change kpep-pin 654321 111111, set kpep-pin 111111 -> 6983
== sign 11 11 -> 6982
shown-lost -> kpep

## Three wrong transport PINs lock KPEP for good: {way: set kpep-pin by=00000000 | wrong tpin} [PK-08]
{way} *2, verify tpin -> 63C2 / 63C1 / 9000        ; which gives the tries back
{way} *3 -> 63C2 / 63C1 / 63C0
== query kpep-pin, query tpin, verify kpep-pin, verify tpin, change kpep-pin 654321 111111, set kpep-pin 111111 -> 6983
== sign 11 11 -> 6982
shown-lost -> kpep

## PEP goes on without KPEP (with KPEP) [PK-13]
wrong pep-pin, wrong pep-puk, block kpep-pin, query pep-pin, query pep-puk -> 63C2 / 63C4 / 63C0 / 63C2 / 63C4
verify pep-pin, sign 10 11, change pep-pin 1234 4321 -> 9000
block pep-pin, set pep-pin -> 63C0 / 9000

## With both parts lost the card still answers (with KPEP) [PK-13]
block kpep-pin, block pep-puk
shown-lost, lost -> kpep pep
query pep-pin, query pep-puk, query kpep-pin, query tpin -> 6983
read 3F0050204301, read 3F0050204302 -> 3082.*

; A card that takes nothing in

## No key is made or brought in by the reference {key: 0 | 1 | 2 | F} (everything given) [PK-09]
= make {key}, import {key}, environment 00 F3 {key}, 00464200, import-rsa {key} -> 6982 / 6982 / 9000 / 6982 / 6982

## No key from the factory is replaced: {key: 10 | 11} (everything given) [PK-09]
= environment 00 EC {key}, make {key}, import {key} -> 9000 / 6A88 / 6A88      ; beyond those that a client can make keys by

## No other command writes either (everything given) [PK-09]
= 00DA010001FF, 00D0000001FF, 00DC010401FF, 00E2000001FF, 000E0000 -> 6D00

; What the card says of its keys

## A part that is lost takes along what it vouched for
block pep-pin, block pep-puk, lost, manage -> 63C0 / 63C0 / pep / 9000
0088000015 800101 8110 00000000000000000000000000000000, 0088000015 800102 8110 00000000000000000000000000000000 -> 6983 / 61xx
