/* nothing: what a start of mailcheck is measured by. */
int
main(void)
{
	return 0;
}
