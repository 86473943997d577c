"""Groups and students of the learning centre with their figures and ratings, as its surface shows them."""
