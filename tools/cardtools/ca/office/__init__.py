"""What the CA decides and does: requests, bonds, certificates, revocation, who may do what."""
