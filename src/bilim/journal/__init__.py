"""The records of the groups' lessons: attendance, scores, and the days on which employees worked."""
