"""What all tools and the CA share: words, messages, prompts, options, the protocol between client and CA."""
