"""What a network sees: surprise, alternatives, attention, cells and neighbours. Data first, pictures second."""
