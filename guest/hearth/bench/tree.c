/* SPDX-License-Identifier: ISC */
/* A binary search tree of 2048 small records: pointers, comparisons, walking. */
#include "bench.h"

#define TREE_NODES 2048u

struct tree_node {
    struct tree_node *left, *right;
    unsigned key, count;
};

static struct tree_node *tree_insert(struct tree_node **root, struct tree_node *fresh, unsigned key)
{
    while (*root && (*root)->key != key)
        root = key < (*root)->key ? &(*root)->left : &(*root)->right;
    if (*root) {
        (*root)->count++;
        return fresh;
    }
    *fresh = (struct tree_node){.key = key, .count = 1};
    *root = fresh;
    return fresh + 1;
}

static unsigned tree_walk(const struct tree_node *node, unsigned sum)
{
    for (; node; node = node->right) {
        sum = tree_walk(node->left, sum);
        sum = bench_mix(sum, node->key + node->count);
    }
    return sum;
}

static unsigned tree_depth(const struct tree_node *node)
{
    unsigned left, right;

    if (!node)
        return 0;
    left = tree_depth(node->left);
    right = tree_depth(node->right);
    return 1 + (left > right ? left : right);
}

unsigned bench_tree(unsigned iterations)
{
    unsigned seed = 17, sum = 0;

    while (iterations-- > 0) {
        struct tree_node *root = 0, *fresh = bench_arena;
        for (unsigned i = 0; i < TREE_NODES; i++)
            fresh = tree_insert(&root, fresh, bench_random(&seed) % (4 * TREE_NODES));
        sum = tree_walk(root, sum);
        sum = bench_mix(sum, tree_depth(root));
    }
    return sum;
}
