; TokenME over T=1: PIN 12345678 and PUK 87654321; one space of 11 blocks of 2048 bytes, shared and short, for commercial
; and qualified certificates. A certificate goes by a number, as its key does, and the request with which it was asked for.

@two old certificates
verify pin -> 9000
request 1, store 1, request 2, store 2 -> / 9000 / / 9000
leave

; The space

## Two old and one new certificate fit and the fourth does not (two old certificates) [TM-02]
request 3, store 3, blocks, request 4, blocks, leave -> / 9000 / 9 / / 11 / 9000
= store 4 -> 6A84
select 3F0050153104, leave, paired -> 6A82 / 9000 / yes yes yes no

## Deleting an old certificate cures it: {old: 1 | 2} (two old certificates) [TM-02]
request 3, store 3, request 4, store 4, store 4 -> / 9000 / / 6A84 / 6A84
drop-certificate {old}, store 4, leave, paired -> / 9000 / 9000 / (no yes|yes no) yes yes
reset, verify pin, sign 1, sign 2, sign 3, sign 4 -> / 9000 / 9000 / 9000 / 9000 / 9000
store {old} -> 6A84                            ; it does not come back beside them

## Deleting an old key with its public key cures it too (two old certificates) [TM-02]
request 3, store 3, request 4, store 4 -> / 9000 / / 6A84
drop-key 2, blocks, store 4, blocks, leave, paired -> / 9 / 9000 / 10 / 9000 / yes no yes yes

## A certificate deleted before the renewal leaves room for both (two old certificates) [TM-02]
drop-certificate 2, drop-key 2, blocks -> / / 3
request 3, store 3, request 4, store 4, leave, paired -> / 9000 / / 9000 / 9000 / yes yes yes

## Keys, certificates and files all take of the same space (two old certificates) [TM-02]
blocks, import 9, blocks, create-file 4001 1, blocks -> 6 / 9000 / 7 / 9000 / 8
create-file 4002 4097, blocks, delete-file 4002, blocks -> 9000 / 11 / 9000 / 8

## The last byte can be used and no more (two old certificates) [TM-02]
= create-file 4001 10241 -> 6A84
create-file 4001 10240, blocks, create-file 4002 1 -> 9000 / 11 / 6A84

## In a full token no key is made or brought in (two old certificates) [TM-02]
create-file 4001 10240 -> 9000
= make 9, import 9, import-rsa 9, environment 00 F3 9, 0046420000, sign 9 -> 6A84 / 6A84 / 6A84 / 9000 / 6A84 / 6A88
delete-file 4001, import-rsa 9 -> 9000

## Directories and what is written within a file take nothing more (two old certificates) [TM-02]
create-file 4001 10240, 00D6000003C0FFEE, 00D627FF01EE, select 3F0050154403, 00D607FF0100, blocks -> 9000 / 9000 / 9000 / 9000 / 9000 / 11
drop-certificate 2, blocks -> / 10

; Codes

## Everything on the token is guarded by PIN [TM-02]
= make 1, create-file 4001 1, delete-file 4402 -> 6982
verify puk, make 1 -> 9000 / 6982

## Nothing unblocks PUK
change pin 12345678 "new pin", block puk -> 9000 / 63C0
reset-code pin 87654321 12345678, reset-code puk "new pin" 12345678, verify pin "new pin" -> 6983 / 6985 / 9000
block pin, query pin, query puk, lost -> 63C0 / 6983 / 6983 / nothing
