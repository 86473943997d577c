"""A calendar that people subscribe to: their lessons, deadlines of homework, exams and tests, as iCalendar."""
