"""The commands of `copydesk`, by what people want of them; each calls one thing and prints what it found."""
