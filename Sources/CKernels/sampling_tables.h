// Written by tools/make_sampling_tables.py. Bit patterns of float64 numbers.
#pragma once
#include <stdint.h>

// One row a coefficient, constant first; the column is (bits of p >> 51) & 15.
static const uint64_t ck_quantile_central[15][16] __attribute__((aligned(64))) = {
    {
        0x40130dd3cbf8ef8a, 0x4012261ba9de9daa, 0x40112de5e5207be5, 0x4010429116de072c,
        0x400e934f866e0a95, 0x400cc31122d3f4ad, 0x400ae2b8f3437073, 0x400930007bf676db,
        0x4007815679a7c2b2, 0x400615bb10e47f0d, 0x4004dabde7773345, 0x400422c1aadb2493,
        0x4016a0b7e9119484, 0x4015c96b5fbe7881, 0x4014e0431cffaf20, 0x4013ffe5bb73a443,
    },
    {
        0xbfd11ae8db2fe5cf, 0xbfc8bd63db0a8783, 0xbfd175ed04a16061, 0xbfc8fc6b11167a6c,
        0xbfd15fdf27d088eb, 0xbfc868a2d62153e8, 0xbfd088c0befc6930, 0xbfc670e53f019aab,
        0xbfccc5881f9f1f2e, 0xbfc1db534631c9bb, 0xbfc2972a8180926e, 0xbfa55db83579e076,
        0xbfcfa6ca08b6d404, 0xbfc7185cad304486, 0xbfd083df5305fa2c, 0xbfc8079e69a31546,
    },
    {
        0x3faa366ec2b291b3, 0x3f9b67d623ccdf69, 0x3fab87aceb40de82, 0x3f9cb58c1d607c27,
        0x3facb87f9a91266c, 0x3f9dcb1e35706361, 0x3fad9b462196b31a, 0x3f9e86ced9b4f093,
        0x3fae466f6e84e128, 0x3f9fa50d723602b2, 0x3fb0cf8acfa6778c, 0x3fa61c74eac070de,
        0x3fa7afb358b8686e, 0x3f98c2e040d131cb, 0x3fa8e843aeb2b586, 0x3f9a0dfa38b2f951,
    },
    {
        0xbf8af01e4a0e2003, 0xbf74235964c3d4ac, 0xbf8c60cb7b8f7d8e, 0xbf7533108ac13fd0,
        0xbf8dd0c6f0b209d3, 0xbf7632d88563ade7, 0xbf8f0abf5ad701cd, 0xbf76eb562e9018e3,
        0xbf8f9816dfe85312, 0xbf76b827e0a96389, 0xbf8cc34fff351efc, 0xbf685aff214b4a4f,
        0xbf885e06294748c7, 0xbf722e679dd41d6c, 0xbf8997135ba2610d, 0xbf731e314aab1f15,
    },
    {
        0x3f6f84080bca481f, 0x3f50d3e3e9e75559, 0x3f709ae30eba9efb, 0x3f51bc7e2f3c9716,
        0x3f717dc3074bb7b6, 0x3f52a7006a75101c, 0x3f7255be706d862b, 0x3f537546bb6916bb,
        0x3f72fefaea566eaa, 0x3f540cafc4854ba6, 0x3f73f67f69739f9d, 0x3f5af88e8fef4ae8,
        0x3f6c9286860a8449, 0x3f4e6f2a5c1e5d6f, 0x3f6df71832e517dc, 0x3f4ff6cb90b24391,
    },
    {
        0xbf53cb599bcaa4e0, 0xbf2e304c608bea16, 0xbf54d9ae91baa6ed, 0xbf2fd2458fe372c6,
        0xbf55fb111349187e, 0xbf30c2dfb017befc, 0xbf571c00beb1ce9b, 0xbf318f9365a1ced3,
        0xbf58115b5ee9e88e, 0xbf321e4bea6d9c8d, 0xbf581ff22c69a19d, 0xbf2a39494ea5dd92,
        0xbf51fb88ae6314ad, 0xbf2b5928997ccf6f, 0xbf52d68c8ff8abf4, 0xbf2cb148f04a5597,
    },
    {
        0x3f3a0139ae9183ad, 0x3f0c51d4acaa7d3c, 0x3f3b6084f16f4577, 0x3f0dd7d4d3b72a71,
        0x3f3cddaab338f65b, 0x3f0f763204353f3a, 0x3f3e656c92b885a9, 0x3f10866725c56008,
        0x3f3fcaab3ba9804f, 0x3f112e7da0f6945f, 0x3f40814044d97a88, 0x3f155220c53e1766,
        0x3f37aa7f942a9db0, 0x3f09b26f7c61b13b, 0x3f38c4f0f7fc3475, 0x3f0aef9afc024b3d,
    },
    {
        0xbf219de291cd11bd, 0xbeeb660a3a31250c, 0xbf22892b3ca1c6b1, 0xbeecdc6ec3901acc,
        0xbf238aa896fa110e, 0xbeee6f4eb08a2c8f, 0xbf2498601e00eef4, 0xbef002d51dab1de1,
        0xbf25988fb04c2a80, 0xbef0b341eb5a03ec, 0xbf2641abbb0f7323, 0xbeec4e0daaf785ef,
        0xbf200e6ea670a534, 0xbee8e5a71a7894d3, 0xbf20cac893ab17b7, 0xbeea13dea4dad94e,
    },
    {
        0x3f086974a4a3b055, 0x3ecb1c87512af779, 0x3f09abea0bebb4dd, 0x3ecc8bdab4be0726,
        0x3f0b0ee4681c54db, 0x3ece1aa164d52501, 0x3f0c87b1540a73ad, 0x3ecfb4b6dce4277b,
        0x3f0df83bd84ae570, 0x3ed0953696f4ec52, 0x3f0f30904f6a263b, 0x3ed35c500a2d501a,
        0x3f06474d40d964b0, 0x3ec8aadd5deabb11, 0x3f0748c6edfe7f1b, 0x3ec9d1f65bb63761,
    },
    {
        0xbef135b392b11f9b, 0xbeab4ae6a7015818, 0xbef216aad167e235, 0xbeacb985173a20ce,
        0xbef30f5e1695401e, 0xbeae4a17b945f7ce, 0xbef419f13a673b9e, 0xbeafebf04c8a360c,
        0xbef5244dc26656e0, 0xbeb0ba54a993f48e, 0xbef6020e788a38b6, 0xbeaef2d36d9c963e,
        0xbeef727b82f73062, 0xbea8dc38f1149a99, 0xbef06c986d9c106d, 0xbeaa01d096961d4a,
    },
    {
        0x3ed8972471d49177, 0x3e8bd93006ff2c43, 0x3ed9d577e331987d, 0x3e8d4c283b274f3c,
        0x3edb367a8809df66, 0x3e8ee372b40ff261, 0x3edcb3acec1a892a, 0x3e90487aafd412f9,
        0x3ede36d8a33f8294, 0x3e91175755f54e47, 0x3edf901a3a333ead, 0x3e9329f1969f5fdb,
        0x3ed67d4c1c485e5f, 0x3e896460098d2607, 0x3ed77adb1d6a34e6, 0x3e8a8cce84d29324,
    },
    {
        0xbec1a136b5e77e41, 0xbe6cad0e46ddd5f8, 0xbec2836b41c7aa27, 0xbe6e28041f9725d5,
        0xbec37edb531101ec, 0xbe6fc9a206a4d577, 0xbec48febb5fa0ac9, 0xbe70c2e77a49836d,
        0xbec5a8c97e102285, 0xbe719ce60a6ef9ad, 0xbec6a743b7ae20af, 0xbe7123cfc2bc858c,
        0xbec0233c2f7c87a1, 0xbe6a2b9ac33bada8, 0xbec0d75445e2b57d, 0xbe6b59f840391bd5,
    },
    {
        0x3ea9b1127fc550fb, 0x3e4dd9013f7c9a83, 0x3eaaf7ecfad00855, 0x3e4f6071772e7493,
        0x3eac63e8da053644, 0x3e50888b740bbd42, 0x3eadf10b422bcee7, 0x3e517038438ef4cc,
        0x3eaf8dcdba537766, 0x3e52572391d92526, 0x3eb0877dbef81b5b, 0x3e540c788d746470,
        0x3ea78951c45c1030, 0x3e4b431acbb54ffe, 0x3ea88d7da4dbfcdf, 0x3e4c7b1aa05d8db2,
    },
    {
        0xbe95a8276746d3cc, 0xbe30c0b168d24525, 0xbe96b8ea4daf350f, 0xbe319a9a06a0470e,
        0xbe97e9313ad0cf3f, 0xbe328c152218250b, 0xbe9936b69bb391ce, 0xbe33905309e11970,
        0xbe9a94ff80de2bc6, 0xbe34975a6a694387, 0xbe9be2dbda498261, 0xbe34ae4dbb3782dd,
        0xbe93dbc8a468028a, 0xbe2ea10566f0f59d, 0xbe94b4e808d0f5a8, 0xbe2ffc22456cc79e,
    },
    {
        0x3e8006c86246970d, 0x3e11b217eca21e08, 0x3e80cf25f7430cf7, 0x3e1296b15180cf0b,
        0x3e81aee970607fc0, 0x3e139480cbd48d3f, 0x3e82a4ebdee9114b, 0x3e14a74d109ede28,
        0x3e83a9151ffcd00e, 0x3e15bfebc64dd159, 0x3e84a528226641d8, 0x3e1764d4f8da99a0,
        0x3e7d6937ead3053a, 0x3e10300a1e81ff69, 0x3e7ea840660e36f5, 0x3e10e60804574457,
    },
};
// The same, one row a segment, with a last coefficient of zero.
static const uint64_t ck_quantile_segments[16][16] __attribute__((aligned(64))) = {
    {
        0x40130dd3cbf8ef8a, 0xbfd11ae8db2fe5cf, 0x3faa366ec2b291b3, 0xbf8af01e4a0e2003,
        0x3f6f84080bca481f, 0xbf53cb599bcaa4e0, 0x3f3a0139ae9183ad, 0xbf219de291cd11bd,
        0x3f086974a4a3b055, 0xbef135b392b11f9b, 0x3ed8972471d49177, 0xbec1a136b5e77e41,
        0x3ea9b1127fc550fb, 0xbe95a8276746d3cc, 0x3e8006c86246970d, 0x0000000000000000,
    },
    {
        0x4012261ba9de9daa, 0xbfc8bd63db0a8783, 0x3f9b67d623ccdf69, 0xbf74235964c3d4ac,
        0x3f50d3e3e9e75559, 0xbf2e304c608bea16, 0x3f0c51d4acaa7d3c, 0xbeeb660a3a31250c,
        0x3ecb1c87512af779, 0xbeab4ae6a7015818, 0x3e8bd93006ff2c43, 0xbe6cad0e46ddd5f8,
        0x3e4dd9013f7c9a83, 0xbe30c0b168d24525, 0x3e11b217eca21e08, 0x0000000000000000,
    },
    {
        0x40112de5e5207be5, 0xbfd175ed04a16061, 0x3fab87aceb40de82, 0xbf8c60cb7b8f7d8e,
        0x3f709ae30eba9efb, 0xbf54d9ae91baa6ed, 0x3f3b6084f16f4577, 0xbf22892b3ca1c6b1,
        0x3f09abea0bebb4dd, 0xbef216aad167e235, 0x3ed9d577e331987d, 0xbec2836b41c7aa27,
        0x3eaaf7ecfad00855, 0xbe96b8ea4daf350f, 0x3e80cf25f7430cf7, 0x0000000000000000,
    },
    {
        0x4010429116de072c, 0xbfc8fc6b11167a6c, 0x3f9cb58c1d607c27, 0xbf7533108ac13fd0,
        0x3f51bc7e2f3c9716, 0xbf2fd2458fe372c6, 0x3f0dd7d4d3b72a71, 0xbeecdc6ec3901acc,
        0x3ecc8bdab4be0726, 0xbeacb985173a20ce, 0x3e8d4c283b274f3c, 0xbe6e28041f9725d5,
        0x3e4f6071772e7493, 0xbe319a9a06a0470e, 0x3e1296b15180cf0b, 0x0000000000000000,
    },
    {
        0x400e934f866e0a95, 0xbfd15fdf27d088eb, 0x3facb87f9a91266c, 0xbf8dd0c6f0b209d3,
        0x3f717dc3074bb7b6, 0xbf55fb111349187e, 0x3f3cddaab338f65b, 0xbf238aa896fa110e,
        0x3f0b0ee4681c54db, 0xbef30f5e1695401e, 0x3edb367a8809df66, 0xbec37edb531101ec,
        0x3eac63e8da053644, 0xbe97e9313ad0cf3f, 0x3e81aee970607fc0, 0x0000000000000000,
    },
    {
        0x400cc31122d3f4ad, 0xbfc868a2d62153e8, 0x3f9dcb1e35706361, 0xbf7632d88563ade7,
        0x3f52a7006a75101c, 0xbf30c2dfb017befc, 0x3f0f763204353f3a, 0xbeee6f4eb08a2c8f,
        0x3ece1aa164d52501, 0xbeae4a17b945f7ce, 0x3e8ee372b40ff261, 0xbe6fc9a206a4d577,
        0x3e50888b740bbd42, 0xbe328c152218250b, 0x3e139480cbd48d3f, 0x0000000000000000,
    },
    {
        0x400ae2b8f3437073, 0xbfd088c0befc6930, 0x3fad9b462196b31a, 0xbf8f0abf5ad701cd,
        0x3f7255be706d862b, 0xbf571c00beb1ce9b, 0x3f3e656c92b885a9, 0xbf2498601e00eef4,
        0x3f0c87b1540a73ad, 0xbef419f13a673b9e, 0x3edcb3acec1a892a, 0xbec48febb5fa0ac9,
        0x3eadf10b422bcee7, 0xbe9936b69bb391ce, 0x3e82a4ebdee9114b, 0x0000000000000000,
    },
    {
        0x400930007bf676db, 0xbfc670e53f019aab, 0x3f9e86ced9b4f093, 0xbf76eb562e9018e3,
        0x3f537546bb6916bb, 0xbf318f9365a1ced3, 0x3f10866725c56008, 0xbef002d51dab1de1,
        0x3ecfb4b6dce4277b, 0xbeafebf04c8a360c, 0x3e90487aafd412f9, 0xbe70c2e77a49836d,
        0x3e517038438ef4cc, 0xbe33905309e11970, 0x3e14a74d109ede28, 0x0000000000000000,
    },
    {
        0x4007815679a7c2b2, 0xbfccc5881f9f1f2e, 0x3fae466f6e84e128, 0xbf8f9816dfe85312,
        0x3f72fefaea566eaa, 0xbf58115b5ee9e88e, 0x3f3fcaab3ba9804f, 0xbf25988fb04c2a80,
        0x3f0df83bd84ae570, 0xbef5244dc26656e0, 0x3ede36d8a33f8294, 0xbec5a8c97e102285,
        0x3eaf8dcdba537766, 0xbe9a94ff80de2bc6, 0x3e83a9151ffcd00e, 0x0000000000000000,
    },
    {
        0x400615bb10e47f0d, 0xbfc1db534631c9bb, 0x3f9fa50d723602b2, 0xbf76b827e0a96389,
        0x3f540cafc4854ba6, 0xbf321e4bea6d9c8d, 0x3f112e7da0f6945f, 0xbef0b341eb5a03ec,
        0x3ed0953696f4ec52, 0xbeb0ba54a993f48e, 0x3e91175755f54e47, 0xbe719ce60a6ef9ad,
        0x3e52572391d92526, 0xbe34975a6a694387, 0x3e15bfebc64dd159, 0x0000000000000000,
    },
    {
        0x4004dabde7773345, 0xbfc2972a8180926e, 0x3fb0cf8acfa6778c, 0xbf8cc34fff351efc,
        0x3f73f67f69739f9d, 0xbf581ff22c69a19d, 0x3f40814044d97a88, 0xbf2641abbb0f7323,
        0x3f0f30904f6a263b, 0xbef6020e788a38b6, 0x3edf901a3a333ead, 0xbec6a743b7ae20af,
        0x3eb0877dbef81b5b, 0xbe9be2dbda498261, 0x3e84a528226641d8, 0x0000000000000000,
    },
    {
        0x400422c1aadb2493, 0xbfa55db83579e076, 0x3fa61c74eac070de, 0xbf685aff214b4a4f,
        0x3f5af88e8fef4ae8, 0xbf2a39494ea5dd92, 0x3f155220c53e1766, 0xbeec4e0daaf785ef,
        0x3ed35c500a2d501a, 0xbeaef2d36d9c963e, 0x3e9329f1969f5fdb, 0xbe7123cfc2bc858c,
        0x3e540c788d746470, 0xbe34ae4dbb3782dd, 0x3e1764d4f8da99a0, 0x0000000000000000,
    },
    {
        0x4016a0b7e9119484, 0xbfcfa6ca08b6d404, 0x3fa7afb358b8686e, 0xbf885e06294748c7,
        0x3f6c9286860a8449, 0xbf51fb88ae6314ad, 0x3f37aa7f942a9db0, 0xbf200e6ea670a534,
        0x3f06474d40d964b0, 0xbeef727b82f73062, 0x3ed67d4c1c485e5f, 0xbec0233c2f7c87a1,
        0x3ea78951c45c1030, 0xbe93dbc8a468028a, 0x3e7d6937ead3053a, 0x0000000000000000,
    },
    {
        0x4015c96b5fbe7881, 0xbfc7185cad304486, 0x3f98c2e040d131cb, 0xbf722e679dd41d6c,
        0x3f4e6f2a5c1e5d6f, 0xbf2b5928997ccf6f, 0x3f09b26f7c61b13b, 0xbee8e5a71a7894d3,
        0x3ec8aadd5deabb11, 0xbea8dc38f1149a99, 0x3e896460098d2607, 0xbe6a2b9ac33bada8,
        0x3e4b431acbb54ffe, 0xbe2ea10566f0f59d, 0x3e10300a1e81ff69, 0x0000000000000000,
    },
    {
        0x4014e0431cffaf20, 0xbfd083df5305fa2c, 0x3fa8e843aeb2b586, 0xbf8997135ba2610d,
        0x3f6df71832e517dc, 0xbf52d68c8ff8abf4, 0x3f38c4f0f7fc3475, 0xbf20cac893ab17b7,
        0x3f0748c6edfe7f1b, 0xbef06c986d9c106d, 0x3ed77adb1d6a34e6, 0xbec0d75445e2b57d,
        0x3ea88d7da4dbfcdf, 0xbe94b4e808d0f5a8, 0x3e7ea840660e36f5, 0x0000000000000000,
    },
    {
        0x4013ffe5bb73a443, 0xbfc8079e69a31546, 0x3f9a0dfa38b2f951, 0xbf731e314aab1f15,
        0x3f4ff6cb90b24391, 0xbf2cb148f04a5597, 0x3f0aef9afc024b3d, 0xbeea13dea4dad94e,
        0x3ec9d1f65bb63761, 0xbeaa01d096961d4a, 0x3e8a8cce84d29324, 0xbe6b59f840391bd5,
        0x3e4c7b1aa05d8db2, 0xbe2ffc22456cc79e, 0x3e10e60804574457, 0x0000000000000000,
    },
};
static const uint64_t ck_quantile_tail_near[16] = {
    0x400fc603c6d5f367, 0x3ff44e5400bfdb6c, 0xbf921839cb93ec5a, 0x3f6da426f5c5aeda,
    0xbf491fe0af1ed7e7, 0x3f25cb028e431b80, 0xbf033cd140a083b9, 0x3ee13acb980d10d2,
    0xbebf411f7f07446a, 0x3e9cab64770ad9b3, 0xbe7a943fd0f4b1eb, 0x3e58db67ddac5795,
    0xbe37233bd42d6935, 0x3e15fe9bdea1d926, 0xbdf932a68bfed996, 0x3dd822e6b386a2c3,
};
static const uint64_t ck_quantile_tail_far[16] = {
    0x401aae3e5d5d1398, 0x3ff394f61e55c889, 0xbf789114e73722f3, 0x3f4aca26e048564d,
    0xbf1e1a7f03e7a079, 0x3ef13e70179e7226, 0xbec4075cae1fca5c, 0x3e978266814298d5,
    0xbe6bd4de017bd0d3, 0x3e40984b5cd4bdd2, 0xbe13ed5aa2fd767a, 0x3de80e84b9d31ffa,
    0xbdbcd0d342319b66, 0x3d919b5846238d3f, 0xbd69e7a4a6ebb6ee, 0x3d3f9efd746c597d,
};
static const uint64_t ck_quantile_logarithm[8] = {
    0x40071547652b82fe, 0x3feec709dc3a049d, 0x3fe2776c50edecef, 0x3fda61762def3b53,
    0x3fd484af80a0f54d, 0x3fd0ca2186321c00, 0x3fcc4483438a6efa, 0x3fcb7188bbc10fa0,
};
static const uint64_t ck_quantile_logarithm_offset = 0xbfdf7a8568cb06cf;
static const uint64_t ck_truncation_half_width = 0x3fde8b4307d3627a;
