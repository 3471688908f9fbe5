"""Trust (密码与信任): digests, keys, signatures, sealed envelopes, blind indexes and certificates.

For every room that keeps something secret or has to prove something later; other rooms never see a key, only its id.
Follows 密码法, 商用密码管理条例 (arts. 38-42) and GB/T 32905, 32907, 32918, 39786.
"""
