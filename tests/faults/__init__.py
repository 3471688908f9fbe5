"""What the product must survive: killed processes, five clicks at once, a full disk, forged papers; and what it must
never write down in clear."""
