"""For dialplans that are not ours: decisions and the referral's files, over FastAGI."""
