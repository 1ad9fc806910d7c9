"""What the chatbot is made of: the conversation, who answers in it, and how the best answer is chosen."""
