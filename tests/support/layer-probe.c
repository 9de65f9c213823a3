/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Links one whole layer with what its row of the layer table allows, and nothing else. If the layer calls
 * what it may not, this program cannot be linked.
 */

int main(void)
{
  return 0;
}
