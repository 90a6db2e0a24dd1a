"""What every tool needs of a card, through PC/SC and PKCS#11."""
