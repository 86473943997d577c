"""The engine of questions, which exams, mock tests and tests share: what a question is, what an answer is worth. No tables."""
