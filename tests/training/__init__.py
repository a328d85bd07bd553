"""Made by hand from labelled pages, outside the wheel: the weights of the page model, and how often each rule was right."""
