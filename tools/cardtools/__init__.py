"""The client side: card manager, enrolment client and training CA. They reach a card through PC/SC and PKCS#11."""
