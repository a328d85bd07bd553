"""What labelled pages teach: the weights of the page model, and how often each rule was right. By hand, never in a run."""
