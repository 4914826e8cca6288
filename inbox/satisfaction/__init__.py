"""How customers found our answers: one question below an answer by mail or in the chat, off by default."""
